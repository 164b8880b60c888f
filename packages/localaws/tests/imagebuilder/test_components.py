from __future__ import annotations

import yaml

from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    code_of,
    component,
    error_of,
    image_recipe,
)

TEST_DOCUMENT = "schemaVersion: 1.0\nphases:\n  - name: test\n    steps: []\n"


def test_the_same_version_with_other_content_is_the_next_build(client: DirectClient) -> None:
    """Build numbers count up from 1."""
    first = client.create_component(**component())
    second = client.create_component(**component(description="changed"))
    assert first["componentBuildVersionArn"].endswith(":component/hello/1.0.0/1")
    assert second["componentBuildVersionArn"].endswith(":component/hello/1.0.0/2")


def test_the_same_content_again_is_refused(client: DirectClient) -> None:
    """Also when the name differs in case, spaces or underscores only."""
    client.create_component(**component("My hello"))
    error = error_of(client.create_component, **component("my_HELLO"))
    assert error["Code"] == "ResourceAlreadyExistsException"
    assert "component/my-hello/1.0.0/1" in error["Message"]


def test_a_component_reads_back_as_it_was_made(client: DirectClient) -> None:
    """Get shows what Create was given, and what follows from it."""
    made = client.create_component(**component(tags={"team": "a"}, description="greets"))
    shown = client.get_component(componentBuildVersionArn=made["componentBuildVersionArn"])
    got = shown["component"]
    assert (got["description"], got["tags"], got["type"]) == ("greets", {"team": "a"}, "BUILD")
    assert (got["owner"], got["version"], got["state"]) == ("123456789012", "1.0.0", {"status": "ACTIVE"})
    assert got["dateCreated"] == "2020-03-01T12:00:00.000Z"
    assert shown["latestVersionReferences"] == made["latestVersionReferences"]


def test_a_single_test_phase_makes_a_test_component(client: DirectClient) -> None:
    """Any other list of phases makes a build component."""
    arn = client.create_component(**component(data=TEST_DOCUMENT))["componentBuildVersionArn"]
    assert client.get_component(componentBuildVersionArn=arn)["component"]["type"] == "TEST"


def test_a_document_declares_its_parameters(client: DirectClient) -> None:
    """With type, description and default."""
    data = "schemaVersion: 1.0\nparameters:\n  - Greeting: {type: string, default: hi}\nphases: []\n"
    arn = client.create_component(**component(data=data))["componentBuildVersionArn"]
    shown = client.get_component(componentBuildVersionArn=arn)["component"]
    assert shown["parameters"] == [{"name": "Greeting", "type": "string", "defaultValue": ["hi"]}]


def test_wildcards_mean_the_latest_version(client: DirectClient) -> None:
    """By number, not by date of creation or by text; a version without build means its latest build."""
    for version in ("1.9.0", "1.10.0", "2.0.0", "1.2.0"):
        client.create_component(**component(version=version))
    arn = client.create_component(**component(version="1.10.0", description="again"))
    name = arn["componentBuildVersionArn"].rpartition("/")[0].rpartition("/")[0]
    found = {
        pattern: client.get_component(componentBuildVersionArn=f"{name}/{pattern}")["component"]["arn"]
        for pattern in ("x.x.x", "1.x.x", "1.9.x", "1.10.0")
    }
    ends = {pattern: text.removeprefix(f"{name}/") for pattern, text in found.items()}
    assert ends == {"x.x.x": "2.0.0/1", "1.x.x": "1.10.0/2", "1.9.x": "1.9.0/1", "1.10.0": "1.10.0/2"}
    wrong = f"{name}/x.2.x"
    assert code_of(client.get_component, componentBuildVersionArn=wrong) == "InvalidVersionNumberException"


def test_exactly_one_source_is_needed(client: DirectClient) -> None:
    """Data or uri: not both, not none."""
    both = component(uri="s3://bucket/component.yaml")
    neither = component()
    del neither["data"]
    assert code_of(client.create_component, **both) == "InvalidParameterCombinationException"
    assert code_of(client.create_component, **neither) == "InvalidParameterCombinationException"
    client.create_component(**neither, uri="s3://bucket/component.yaml")


def test_a_document_that_is_none_is_refused(client: DirectClient) -> None:
    """Neither broken YAML nor a text without phases is a component."""
    for data in ("{", "hello", "phases: build", "phases: [build]"):
        assert code_of(client.create_component, **component(data=data)) == "InvalidParameterValueException"


def test_an_imported_script_becomes_a_document(client: DirectClient) -> None:
    """ImportComponent wraps a shell script in a component document with one step."""
    script = {"type": "TEST", "format": "SHELL", "platform": "Windows", "data": "dir"}
    made = client.import_component(name="check", semanticVersion="1.0.0", **script)
    shown = client.get_component(componentBuildVersionArn=made["componentBuildVersionArn"])["component"]
    (phase,) = yaml.safe_load(shown["data"])["phases"]
    assert (shown["type"], phase["name"]) == ("TEST", "test")
    assert phase["steps"][0]["action"] == "ExecutePowerShell"
    assert phase["steps"][0]["inputs"]["commands"] == ["dir"]


def test_lists_show_versions_builds_and_names(client: DirectClient) -> None:
    """One entry per version, per build, or with byName per name."""
    client.create_component(**component())
    client.create_component(**component(description="again"))
    client.create_component(**component(version="1.1.0"))
    versions = client.list_components()["componentVersionList"]
    assert [item["arn"].rpartition("/")[2] for item in versions] == ["1.1.0", "1.0.0"]
    by_name = client.list_components(byName=True)["componentVersionList"]
    assert [item["arn"].rpartition("/")[2] for item in by_name] == ["x.x.x"]
    builds = client.list_component_build_versions(componentVersionArn=versions[1]["arn"])
    ends = [item["arn"].rpartition("/")[2] for item in builds["componentSummaryList"]]
    assert ends == ["2", "1"]


def test_by_name_and_a_version_filter_exclude_each_other(client: DirectClient) -> None:
    """As the model says."""
    wanted = [{"name": "version", "values": ["1.0.0"]}]
    assert (
        code_of(client.list_components, byName=True, filters=wanted) == "InvalidParameterCombinationException"
    )


def test_a_component_in_a_recipe_cannot_be_deleted(client: DirectClient) -> None:
    """Also where the recipe names it with wildcards; without the recipe it can."""
    arn = client.create_component(**component())["componentBuildVersionArn"]
    wildcard = f"{arn.rpartition('/')[0].rpartition('/')[0]}/x.x.x"
    recipe = client.create_image_recipe(**image_recipe(components=[{"componentArn": wildcard}]))
    assert code_of(client.delete_component, componentBuildVersionArn=arn) == "ResourceDependencyException"
    client.delete_image_recipe(imageRecipeArn=recipe["imageRecipeArn"])
    client.delete_component(componentBuildVersionArn=arn)
    assert code_of(client.get_component, componentBuildVersionArn=arn) == "ResourceNotFoundException"


def test_a_dry_run_makes_nothing(client: DirectClient) -> None:
    """It fails with DryRunOperationException where the request is good, else as the request would."""
    assert code_of(client.create_component, **component(dryRun=True)) == "DryRunOperationException"
    wrong = component(dryRun=True, data="no document")
    assert code_of(client.create_component, **wrong) == "InvalidParameterValueException"
    assert client.list_components()["componentVersionList"] == []
