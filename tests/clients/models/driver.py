"""Asks a model server with Ollama's and OpenAI's Python clients, and prints one line of JSON for each call.

    driver.py CHAPTER URL

Chapters: `ollama`, `openai`. A call that does not go as its client promises has a `problem`.
"""

import asyncio
import json
import sys

MODEL = "gemma3:4b"
PROMPT = "Why is the sky blue?"
MESSAGES = [{"role": "user", "content": PROMPT}]


def tell(call, check):
    try:
        problem = None if check() else "not as expected"
    except Exception as error:  # whatever a client throws is what is looked for
        problem = f"{type(error).__name__}: {error}"
    print(json.dumps({"call": call, "problem": problem}), flush=True)


def fails(work, kind, status):
    try:
        work()
    except kind as error:
        return error.status_code == status
    return False


def with_ollama(url):
    import ollama

    client = ollama.Client(host=url)
    whole = {}

    def generate():
        answer = client.generate(MODEL, PROMPT)
        whole["text"] = answer.response
        return PROMPT in answer.response and answer.done and answer.eval_count > 5

    def stream(pieces, text):
        pieces = list(pieces)
        said = "".join(text(piece) for piece in pieces)
        return said == whole["text"] and len(pieces) > 10 and pieces[-1].done

    async def chat():
        pieces = []
        async for piece in await ollama.AsyncClient(host=url).chat(MODEL, MESSAGES, stream=True):
            pieces.append(piece)
        return stream(pieces, lambda piece: piece.message.content)

    tell("list", lambda: [model.model for model in client.list().models] == [MODEL])
    tell("show", lambda: client.show(MODEL).details.family == "gemma3")
    tell("ps", lambda: client.ps().models[0].size_vram > 0)
    tell("generate", generate)
    tell("generate, streamed", lambda: stream(client.generate(MODEL, PROMPT, stream=True), lambda piece: piece.response))
    tell("chat", lambda: client.chat(MODEL, MESSAGES).message.content == whole["text"])
    tell("chat, streamed", lambda: stream(client.chat(MODEL, MESSAGES, stream=True), lambda piece: piece.message.content))
    tell("chat, streamed and asynchronous", lambda: asyncio.run(chat()))
    tell("generate, limited", lambda: client.generate(MODEL, PROMPT, options={"num_predict": 3}).eval_count == 3)
    tell("generate, unknown model", lambda: fails(lambda: client.generate("llama", PROMPT), ollama.ResponseError, 404))


def with_openai(url):
    import openai

    client = openai.OpenAI(base_url=f"{url}/v1", api_key="not-looked-at", max_retries=0)
    whole = {}

    def completion():
        answer = client.chat.completions.create(model=MODEL, messages=MESSAGES)
        whole["text"] = answer.choices[0].message.content
        return PROMPT in whole["text"] and answer.usage.completion_tokens > 5

    def streamed():
        pieces = list(
            client.chat.completions.create(
                model=MODEL, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
            )
        )
        said = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
        return said == whole["text"] and len(pieces) > 10 and pieces[-1].usage.total_tokens > 5

    def unknown():
        client.chat.completions.create(model="llama", messages=MESSAGES)

    tell("models.list", lambda: [model.id for model in client.models.list()] == [MODEL])
    tell("models.retrieve", lambda: client.models.retrieve(MODEL).id == MODEL)
    tell("chat.completions.create", completion)
    tell("chat.completions.create, streamed", streamed)
    tell("chat.completions.create, unknown model", lambda: fails(unknown, openai.NotFoundError, 404))


if __name__ == "__main__":
    {"ollama": with_ollama, "openai": with_openai}[sys.argv[1]](sys.argv[2])
