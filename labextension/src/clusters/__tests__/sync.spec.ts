import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import { SyncCancelled, Syncs } from '../sync';

/** A kernel that answers when the test says so. */
class FakeKernel {
  status = 'idle';
  readonly sent: string[] = [];
  readonly statusChanged = new Signal<this, string>(this);
  interrupts = 0;
  finish: (status: string) => void = () => undefined;
  publish: (type: string, content: object) => void = () => undefined;

  setStatus(status: string): void {
    this.status = status;
    this.statusChanged.emit(status);
  }

  requestExecute({ code }: { code: string }): unknown {
    this.sent.push(code);
    const future = {
      onIOPub: (message: unknown): void => void message,
      done: new Promise(resolve => {
        this.finish = status => resolve({ content: { status } });
      })
    };
    this.publish = (msg_type, content) =>
      future.onIOPub({ header: { msg_type }, content });
    return future;
  }

  async interrupt(): Promise<void> {
    this.interrupts += 1;
    this.finish('error');
  }
}

const create = () => {
  const kernel = new FakeKernel();
  return { kernel, connection: kernel as unknown as Kernel.IKernelConnection };
};

const settled = () => new Promise(resolve => setTimeout(resolve, 0));

test('a sync shows its last line and ends', async () => {
  const { connection, kernel } = create();
  const syncs = new Syncs();
  const done = syncs.start(connection, 'a');
  await settled();
  expect(kernel.sent).toHaveLength(1);
  kernel.publish('stream', { name: 'stdout', text: 'Sent 1 MiB\nSent 2 MiB\n' });
  expect(syncs.get('a')).toEqual({ text: 'Sent 2 MiB', isWaiting: false });
  kernel.finish('ok');
  await done;
  expect(syncs.get('a')).toBeNull();
});

test('a busy kernel gets the request when it is idle', async () => {
  const { connection, kernel } = create();
  kernel.status = 'busy';
  const syncs = new Syncs();
  const done = syncs.start(connection, 'a');
  expect(syncs.get('a')?.isWaiting).toBe(true);
  expect(kernel.sent).toEqual([]);
  kernel.setStatus('idle');
  await settled();
  expect(kernel.sent).toHaveLength(1);
  kernel.finish('ok');
  await done;
});

test('a sync that waits is cancelled without an interrupt, a running one with it', async () => {
  const { connection, kernel } = create();
  const syncs = new Syncs();
  kernel.status = 'busy';
  const waiting = syncs.start(connection, 'a');
  await syncs.cancel('a');
  await expect(waiting).rejects.toBeInstanceOf(SyncCancelled);
  expect(kernel.interrupts).toBe(0);
  kernel.setStatus('idle');
  expect(kernel.sent).toEqual([]);
  const running = syncs.start(connection, 'a');
  await settled();
  await syncs.cancel('a');
  await expect(running).rejects.toBeInstanceOf(SyncCancelled);
  expect(kernel.interrupts).toBe(1);
});

test('a failed sync has the reason of the kernel, a dead kernel its own', async () => {
  const { connection, kernel } = create();
  const syncs = new Syncs();
  const failed = syncs.start(connection, 'a');
  await settled();
  kernel.publish('error', { evalue: 'pip failed' });
  kernel.finish('error');
  await expect(failed).rejects.toThrow('pip failed');
  kernel.status = 'dead';
  await expect(syncs.start(connection, 'a')).rejects.toThrow('kernel is dead');
});
