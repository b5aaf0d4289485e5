// Asks a model server with Ollama's JavaScript client, and prints one line of JSON for each call.
//
//     driver.cjs FOLDER URL
//
// FOLDER holds `node_modules`. A call that does not go as the client promises has a `problem`.

const { createRequire } = require("node:module");

const [folder, host] = process.argv.slice(2);
const { Ollama } = createRequire(`${folder}/`)("ollama");

const model = "gemma3:4b";
const prompt = "Why is the sky blue?";
const messages = [{ role: "user", content: prompt }];
const client = new Ollama({ host });

async function tell(call, check) {
  let problem = null;
  try {
    problem = (await check()) ? null : "not as expected";
  } catch (error) {
    problem = `${error.name}: ${error.message}`;
  }
  console.log(JSON.stringify({ call, problem }));
}

async function collected(stream, text) {
  const pieces = [];
  for await (const piece of await stream) pieces.push(piece);
  return { pieces, said: pieces.map(text).join("") };
}

async function main() {
  let whole;
  await tell("list", async () => (await client.list()).models[0].name === model);
  await tell("show", async () => (await client.show({ model })).details.family === "gemma3");
  await tell("ps", async () => (await client.ps()).models[0].size_vram > 0);
  await tell("version", async () => /^\d+\.\d+/.test((await client.version()).version));
  await tell("generate", async () => {
    whole = (await client.generate({ model, prompt })).response;
    return whole.includes(prompt);
  });
  await tell("generate, streamed", async () => {
    const { pieces, said } = await collected(client.generate({ model, prompt, stream: true }), (piece) => piece.response);
    return said === whole && pieces.length > 10 && pieces.at(-1).done;
  });
  await tell("chat", async () => (await client.chat({ model, messages })).message.content === whole);
  await tell("chat, streamed", async () => {
    const { pieces, said } = await collected(client.chat({ model, messages, stream: true }), (piece) => piece.message.content);
    return said === whole && pieces.length > 10 && pieces.at(-1).done;
  });
  await tell("generate, unknown model", async () => {
    try {
      await client.generate({ model: "llama", prompt });
      return false;
    } catch (error) {
      return error.status_code === 404;
    }
  });
}

main();
