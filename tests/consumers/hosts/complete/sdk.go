package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/mod/modfile"
)

const tool = "pulumi-language-complete"

// generate writes the SDK with the generator of the Pulumi CLI itself.
func generate(
	language string, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(request.LoaderTarget)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(request.Schema), &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.GeneratePackageResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)}
	if diagnostics.HasErrors() {
		return answer, nil
	}
	var files map[string][]byte
	switch language {
	case "nodejs":
		files, err = nodejs.GeneratePackage(tool, pkg, request.ExtraFiles, nil, request.Local, loader)
	case "go":
		files, err = gogen.GeneratePackage(tool, pkg, nil)
	case "python":
		files, err = python.GeneratePackage(tool, pkg, request.ExtraFiles, loader)
	default:
		err = fmt.Errorf("no generator for %s", language)
	}
	if err != nil {
		return nil, err
	}
	return answer, write(request.Directory, files)
}

func write(folder string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// link names the SDK in package.json, go.mod or requirements.txt; YAML programs need no link.
func link(ctx context.Context, language, program, sdk string) error {
	switch language {
	case "nodejs":
		var named struct{ Name string }
		content, err := os.ReadFile(filepath.Join(program, sdk, "package.json"))
		if err == nil {
			err = json.Unmarshal(content, &named)
		}
		if err != nil {
			return err
		}
		return edit(ctx, program, "npm", "pkg", "set", "dependencies."+named.Name+"=file:"+filepath.ToSlash(sdk))
	case "go":
		content, err := os.ReadFile(filepath.Join(program, sdk, "go.mod"))
		if err != nil {
			return err
		}
		local := "./" + filepath.ToSlash(sdk)
		return edit(ctx, program, "go", "mod", "edit", "-replace", modfile.ModulePath(content)+"="+local)
	case "python":
		return addLine(filepath.Join(program, "requirements.txt"), "./"+filepath.ToSlash(sdk))
	}
	return nil
}

// addLine adds a line to a file, unless the file has it.
func addLine(path, line string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	if slices.Contains(lines, line) {
		return nil
	}
	return os.WriteFile(path, []byte(strings.Join(append(lines, line), "\n")+"\n"), 0o644)
}

func edit(ctx context.Context, folder string, command ...string) error {
	process := exec.CommandContext(ctx, command[0], command[1:]...)
	process.Dir = folder
	if output, err := process.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %s: %w", strings.Join(command, " "), strings.TrimSpace(string(output)), err)
	}
	return nil
}
