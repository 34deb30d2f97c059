#!/usr/bin/env node
const MINIMUM = [22, 13] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  process.stderr.write(
    `Mandate needs Node ${MINIMUM.join('.')} or newer, and this is ${process.versions.node}. From a checkout, "npm run mandate -- ..." uses the Node that npm brought along.\n`,
  );
  process.exit(1);
}

// Whoever reads our output may stop before its end (`| head`): that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Only now: what follows is written for the newer Node.
const { run } = await import('./program.js');
await run(process.argv);

export {};
