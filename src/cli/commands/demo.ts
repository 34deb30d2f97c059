import type { Command } from 'commander';

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('run Mandate with a sample organisation')
    .action(async () => {
      const { runDemo } = await import('../../demo/run-demo.js');
      await runDemo(process.env);
    });
}
