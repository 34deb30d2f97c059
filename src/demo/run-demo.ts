export async function runDemo(_environment: NodeJS.ProcessEnv): Promise<void> {}
