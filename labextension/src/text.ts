import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

/**
 * Show a long text, scrolled to its end.
 */
export async function showText(
  title: string,
  text: string,
  trans: TranslationBundle
): Promise<void> {
  const node = document.createElement('pre');
  node.className = 'jp-pipeline-logs';
  node.tabIndex = 0;
  node.textContent = text || trans.__('No output yet.');
  const dialog = new Dialog({
    title,
    body: new Widget({ node }),
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
  dialog.addClass('jp-pipeline-wide-dialog');
  void dialog.ready.then(() => {
    node.scrollTop = node.scrollHeight;
  });
  await dialog.launch();
}
