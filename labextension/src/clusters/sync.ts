import type { Kernel, KernelMessage } from '@jupyterlab/services';

/**
 * Send the packages and the code of a kernel to a cluster. The kernel runs the command, because it knows its imports.
 */
export async function syncFrom(
  kernel: Kernel.IKernelConnection,
  cluster: string
): Promise<void> {
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
      reason = name === 'stderr' ? text.trim() : reason;
    } else if (msg_type === 'error') {
      const { evalue } = message.content as KernelMessage.IErrorMsg['content'];
      reason = evalue;
    }
  };
  const reply = await future.done;
  if (reply.content.status !== 'ok') {
    throw new Error(reason || reply.content.status);
  }
}
