import { showErrorMessage } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs, type IClusterManager } from '../tokens';

/** The comm target that `%cluster dashboard` opens. */
export const DASHBOARD_TARGET = 'jupyter_pipeline.dashboard';

/**
 * Open dashboards when `%cluster dashboard` runs in the kernel of a notebook.
 */
export function openDashboardsOfKernels(
  notebooks: INotebookTracker,
  manager: IClusterManager,
  commands: CommandRegistry,
  trans: TranslationBundle
): void {
  const register = (kernel: Kernel.IKernelConnection | null | undefined): void => {
    kernel?.registerCommTarget(DASHBOARD_TARGET, (_, message) => {
      const { name } = message.content.data;
      // The cluster may be newer than the last poll.
      void manager
        .refresh()
        .then(() => commands.execute(CommandIDs.openDashboard, { name }))
        .catch(reason =>
          showErrorMessage(trans.__('The dashboard did not open'), reason)
        );
    });
  };
  const watch = (panel: NotebookPanel): void => {
    register(panel.sessionContext.session?.kernel);
    panel.sessionContext.kernelChanged.connect((_, { newValue }) => register(newValue));
  };
  notebooks.forEach(watch);
  notebooks.widgetAdded.connect((_, panel) => watch(panel));
}
