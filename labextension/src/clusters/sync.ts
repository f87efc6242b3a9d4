import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';

/**
 * A sync in progress.
 */
export interface ISync {
  /** The last line of its progress; empty while it waits for a busy kernel. */
  readonly text: string;
  readonly isWaiting: boolean;
}

/** The error of a sync that the user has cancelled. */
export class SyncCancelled extends Error {}

/**
 * The syncs that were started here. A kernel runs them, because it knows its packages and imports.
 */
export class Syncs {
  /**
   * Emitted when a sync starts, makes progress or ends.
   */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /**
   * The sync of a cluster; null for none.
   */
  get(cluster: string): ISync | null {
    return this._syncs.get(cluster) ?? null;
  }

  /**
   * Cancel a sync: stop to wait for the kernel, or interrupt it. The cluster keeps its packages and files.
   */
  async cancel(cluster: string): Promise<void> {
    await this._cancels.get(cluster)?.();
  }

  /**
   * Send the packages and the code of a kernel to a cluster. Resolves when the sync has ended.
   *
   * A busy kernel gets no request until it is idle, so that a cancelled sync does not run later.
   */
  async start(kernel: Kernel.IKernelConnection, cluster: string): Promise<void> {
    if (this._syncs.has(cluster)) {
      return;
    }
    try {
      await this._waitUntilIdle(kernel, cluster);
      await this._run(kernel, cluster);
    } finally {
      this._syncs.delete(cluster);
      this._cancels.delete(cluster);
      this._changed.emit();
    }
  }

  private async _waitUntilIdle(
    kernel: Kernel.IKernelConnection,
    cluster: string
  ): Promise<void> {
    if (kernel.status === 'idle') {
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onStatus = (): void => {
        if (kernel.status === 'idle') {
          stop();
          resolve();
        } else if (kernel.status === 'dead') {
          stop();
          reject(new Error('The kernel is dead. Restart it.'));
        }
      };
      const stop = (): void => void kernel.statusChanged.disconnect(onStatus);
      this._cancels.set(cluster, async () => {
        stop();
        reject(new SyncCancelled());
      });
      kernel.statusChanged.connect(onStatus);
      this._report(cluster, { text: '', isWaiting: true });
      onStatus();
    });
  }

  private async _run(kernel: Kernel.IKernelConnection, cluster: string): Promise<void> {
    let isCancelled = false;
    this._cancels.set(cluster, async () => {
      isCancelled = true;
      await kernel.interrupt();
    });
    this._report(cluster, { text: '', isWaiting: false });
    const future = kernel.requestExecute({
      code: `%load_ext jupyter_pipeline\n%cluster sync ${cluster}`,
      store_history: false,
      allow_stdin: false
    });
    let reason = '';
    future.onIOPub = message => {
      const { msg_type } = message.header;
      if (msg_type === 'stream') {
        const { name, text } = message.content as KernelMessage.IStreamMsg['content'];
        const line = text.split(/[\r\n]/).reduce((a, b) => b.trim() || a, '');
        if (name === 'stderr') {
          reason = text.trim() || reason;
        } else if (line) {
          this._report(cluster, { text: line, isWaiting: false });
        }
      } else if (msg_type === 'error') {
        const { evalue } = message.content as KernelMessage.IErrorMsg['content'];
        reason = evalue;
      }
    };
    const reply = await future.done;
    if (isCancelled) {
      throw new SyncCancelled();
    }
    if (reply.content.status !== 'ok') {
      throw new Error(reason || reply.content.status);
    }
  }

  private _report(cluster: string, sync: ISync): void {
    this._syncs.set(cluster, sync);
    this._changed.emit();
  }

  private _cancels = new Map<string, () => Promise<void>>();
  private _changed = new Signal<this, void>(this);
  private _syncs = new Map<string, ISync>();
}
