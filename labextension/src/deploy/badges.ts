import type { NotebookPanel } from '@jupyterlab/notebook';
import type { INotebookContent } from '@jupyterlab/nbformat';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';

import { runStateName } from '../deployments/order';
import type { IDeploymentStatus } from '../records';
import type { IDeploymentManager } from '../tokens';
import { status } from './restapi';

/** Delay (milliseconds) between the last change of the notebook and the comparison. */
const PAUSE = 1500;

const BADGE = 'jp-pipeline-badge';

/**
 * Show the deployments of the cells of a notebook as badges, while the notebook is open.
 */
export function addBadges(options: {
  panel: NotebookPanel;
  /** The path of the notebook, below the server's folder. */
  path: () => string;
  deployments: IDeploymentManager;
  serverSettings: ServerConnection.ISettings;
  trans: TranslationBundle;
  /** Called for a click on a badge. */
  open: () => void;
}): IDisposable {
  const { deployments, panel, path, serverSettings, trans } = options;
  const look = async (): Promise<void> => {
    const model = panel.model;
    // Skip the request unless a deployed notebook has this name or is missing from its path.
    const known = deployments.deployments.some(
      d => d.notebook.endsWith(`/${path()}`) || d.notebook_missing
    );
    if (panel.isDisposed || !model || (!known && shown.size === 0)) {
      return;
    }
    let found: IDeploymentStatus[] = [];
    if (known) {
      try {
        found = await status(
          serverSettings,
          withoutOutputs(model.toJSON() as INotebookContent),
          path()
        );
      } catch {
        return; // keep the old badges; the panel shows the failure
      }
    }
    if (!panel.isDisposed) {
      draw(found);
    }
  };
  const shown = new Set<HTMLElement>();
  const draw = (found: ReadonlyArray<IDeploymentStatus>): void => {
    shown.forEach(node => node.remove());
    shown.clear();
    for (const cell of panel.content.widgets) {
      for (const one of found.filter(s => s.cells.includes(cell.model.id))) {
        const badge = create(one, trans);
        badge.addEventListener('click', options.open);
        // In the input area, because outputs may be long. A cell that was never visible has no input area.
        (cell.inputArea?.node ?? cell.node).append(badge);
        shown.add(badge);
      }
    }
  };
  const asker = new Debouncer(look, PAUSE);
  const ask = (): void => void asker.invoke().catch(() => undefined);
  const content = panel.context.model.contentChanged;
  content.connect(ask);
  panel.context.pathChanged.connect(ask);
  deployments.changed.connect(ask);
  ask();
  return new DisposableDelegate(() => {
    content.disconnect(ask);
    panel.context.pathChanged.disconnect(ask);
    deployments.changed.disconnect(ask);
    asker.dispose();
    shown.forEach(node => node.remove());
  });
}

function create(one: IDeploymentStatus, trans: TranslationBundle): HTMLElement {
  const [tone, text] = one.failing
    ? ['bad', trans.__('%1 fails', one.name)]
    : one.server_changes.length > 0
      ? ['warn', trans.__('%1 was changed on the server', one.name)]
      : one.changed
        ? ['warn', trans.__('changed since %1 was deployed', one.name)]
        : ['good', trans.__('deployed as %1', one.name)];
  const badge = document.createElement('button');
  badge.type = 'button';
  badge.className = `${BADGE} jp-pipeline-chip jp-mod-${tone}`;
  badge.textContent = text;
  badge.title =
    [one.reason, ...one.server_changes].filter(Boolean).join('\n') ||
    (one.last_run
      ? trans.__('Last run: %1', runStateName(one.last_run, trans))
      : trans.__('No run yet'));
  return badge;
}

function withoutOutputs(notebook: INotebookContent): INotebookContent {
  const cells = notebook.cells.map(cell =>
    cell.cell_type === 'code' ? { ...cell, outputs: [] } : cell
  );
  return { ...notebook, cells };
}
