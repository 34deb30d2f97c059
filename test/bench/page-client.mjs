// Whoever asks for pages, in a thread of its own: a reviewer's browser has neither the server's processor nor its memory.
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';

const { url, tokens, warm, requests } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds from the request to the last byte. */
const ask = (token) =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - started);
        else reject(new Error(`A page was answered with ${response.statusCode}`));
      });
    })
      .on('error', reject)
      .end();
  });

const times = [];
for (let at = 0; at < warm + requests; at++) {
  const took = await ask(tokens[at % tokens.length]);
  if (at >= warm) times.push(took);
}
agent.destroy();
parentPort.postMessage(times);
