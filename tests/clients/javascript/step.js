export const account = "123456789012";
export const text = "what was asked, from where, by whom, when\n";

/** Makes a call and tells what came of it: what `tell` says of the answer, else no more than its success. */
export async function step(call, make, tell = () => "ok") {
  let outcome;
  try {
    outcome = await tell(await make());
  } catch (error) {
    outcome = refusal(error);
  }
  console.log(`${call}: ${outcome}`);
}

/** Names the class that the SDK has for an error, or its code where it has none. */
function refusal(error) {
  if (error.$metadata?.httpStatusCode === undefined) return `failed: ${error.stack}`;
  const name = error.name.replace(/(Exception|Error)$/, "");
  return error.constructor.name.endsWith("ServiceException") ? `refused, untyped: ${name}` : `refused: ${name}`;
}

/** All pages of a paginator. */
export async function all(pages) {
  const found = [];
  for await (const page of pages) found.push(page);
  return found;
}

/** The first page of a paginator. */
export async function first(pages) {
  for await (const page of pages) return page;
}
