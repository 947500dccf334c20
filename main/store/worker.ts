import { parentPort, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { Logger } from '../runtime/logger';
import { systemClock } from '../runtime/runtime';
import type { Request, Response } from './protocol';
import { StoreServer } from './server';

/** Log lines are written by the main side, which redacts them. */
function portLogger(post: (response: Response) => void, base: Readonly<Record<string, unknown>>): Logger {
  return {
    log: (level, event, fields = {}) => post({ kind: 'log', level, event, fields: { ...base, ...fields } }),
    with: (fields) => portLogger(post, { ...base, ...fields }),
  };
}

/** Entry of the worker thread that holds all account databases. */
function serve(port: MessagePort): void {
  const post = (response: Response): void => port.postMessage(response);
  const server = new StoreServer({ clock: systemClock, logger: portLogger(post, {}) }, post);
  const more = (): Request | undefined => {
    const received: { message: Request } | undefined = receiveMessageOnPort(port);
    return received?.message;
  };
  port.on('message', (request: Request) => server.receive(request, more));
}

if (parentPort !== null) serve(parentPort);
