// One step of the benchmark in a process of its own: its memory is then its own too.
import './built-product.mjs';

const { work } = await import('./worker.ts');
await work(JSON.parse(process.argv[2]));
