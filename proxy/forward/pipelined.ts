import type { IncomingMessage, ServerResponse } from 'node:http';

/** Notifies a pipelined response that waits (RFC 9112 section 9.3.2) when its connection closes; Node notifies only the one whose turn it is. */
export function closeWithConnection({ socket }: IncomingMessage, response: ServerResponse): void {
  if (response.socket !== null) return;
  const onClose = (): void => {
    response.destroy();
    response.emit('close');
  };
  // As many as waiting requests, so not a leak.
  socket.setMaxListeners(0);
  socket.once('close', onClose);
  // Its turn has come, and Node notifies it.
  response.once('socket', () => socket.off('close', onClose));
}
