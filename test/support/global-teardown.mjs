export default async function () {
  await globalThis.__mandateDropTemplate?.();
  await globalThis.__mandateStop?.();
}
