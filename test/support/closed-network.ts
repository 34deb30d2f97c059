import net from 'node:net';

/** The network is closed in tests: a connection to anything but this machine is a mistake in the test. */
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]): net.Socket {
  const [first] = (Array.isArray(args[0]) ? args[0] : args) as [unknown];
  const host =
    typeof first === 'object' && first !== null
      ? (first as { host?: string; path?: string }).path
        ? 'localhost'
        : (first as { host?: string }).host
      : 'localhost';
  if (host !== undefined && !['localhost', '127.0.0.1', '::1'].includes(host))
    throw new Error(`The network is closed in tests, and something tried to reach ${host}`);
  return (connect as (...given: unknown[]) => net.Socket).apply(this, args);
};
