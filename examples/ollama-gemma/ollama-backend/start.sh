#!/bin/sh
# Loads the model, and only then opens the port that the startup probe asks: the server itself answers before any model is
# loaded, so the first requests would wait for the weights.
set -eu

ollama serve &
server=$!

stop() { kill -TERM "$server"; wait "$server" || true; exit 0; }
trap stop TERM INT

until ollama list > /dev/null 2>&1; do
  kill -0 "$server" 2> /dev/null || exit 1
  sleep 0.2
done

# An empty prompt loads the model and asks it nothing.
ollama run "$MODEL" "" < /dev/null > /dev/null &
wait $! || exit 1

# A server without models and without the GPU answers the probe. Requests never reach it.
OLLAMA_HOST=0.0.0.0:8081 OLLAMA_MODELS=/tmp/ready CUDA_VISIBLE_DEVICES=-1 ollama serve > /dev/null 2>&1 &
wait "$server"
