import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { ToolbarButton } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';

import { deployIcon } from '../icons';
import { addToPalette } from '../palette';
import type { IDeployedOptions } from '../records';
import {
  CommandIDs,
  IClusterManager,
  IDeploymentManager,
  SETTINGS_ID
} from '../tokens';
import { addBadges } from './badges';
import { DeployDialog } from './dialog';
import { DeployModel, proposeName, proposeProfile } from './model';
import { deployed as findDeployed } from './restapi';

export const deployPlugin: JupyterFrontEndPlugin<void> = {
  id: SETTINGS_ID,
  description: 'Deploys a cell or a notebook as a scheduled pipeline.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [
    IClusterManager,
    IDeploymentManager,
    IEditorLanguageRegistry,
    ICommandPalette,
    IToolbarWidgetRegistry,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    clusters: IClusterManager | null,
    deployments: IDeploymentManager | null,
    languages: IEditorLanguageRegistry | null,
    palette: ICommandPalette | null,
    toolbars: IToolbarWidgetRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_pipeline');
    const proposals = {
      args: {
        type: 'object' as const,
        properties: {
          name: { type: 'string' as const, description: 'A proposal for the name' },
          profile: {
            type: 'string' as const,
            description: 'A proposal for the profile'
          }
        }
      }
    };
    /** Open the dialog for a cell, by its index, or for the whole notebook. */
    const open = async (
      panel: NotebookPanel,
      cell: number | null,
      args: ReadonlyPartialJSONObject
    ): Promise<void> => {
      if (!panel.model) {
        return;
      }
      const notebook = panel.model.toJSON() as INotebookContent;
      const { serverSettings } = app.serviceManager;
      const path = app.serviceManager.contents.localPath(panel.context.path);
      const name = (args.name as string) ?? proposeName(panel.context.path);
      let deployed: IDeployedOptions[] | undefined;
      let deployedError: Error | null = null;
      try {
        const where = cell === null ? {} : { cell };
        deployed = await findDeployed(serverSettings, {
          notebook,
          path,
          name,
          ...where
        });
        if (args.name !== undefined) {
          deployed = deployed.filter(each => each.name === name);
        }
      } catch (error) {
        deployedError = error as Error;
      }
      const model = new DeployModel({
        serverSettings,
        notebook,
        path,
        cell,
        deployed,
        deployedError,
        kernel: panel.sessionContext.session?.kernel?.name,
        onDeployed: () => void deployments?.refresh(),
        startService: deployments ? () => deployments.startService() : undefined,
        name,
        profile:
          (args.profile as string) ?? proposeProfile(notebook, clusters?.clusters ?? [])
      });
      void model.loadOptions();
      await clusters?.loadProfiles();
      await new DeployDialog({
        model,
        profiles: clusters?.profiles ?? [],
        languages,
        trans,
        goToCell: (index, line) => void goToCell(panel, index, line)
      })
        .launch()
        .catch(() => undefined); // disposed with the application
    };
    app.commands.addCommand(CommandIDs.deployCell, {
      label: trans.__('Deploy this Cell…'),
      caption: trans.__('Deploy this cell as a scheduled pipeline'),
      icon: deployIcon,
      isEnabled: () => notebooks.activeCell?.model.type === 'code',
      describedBy: proposals,
      execute: async args => {
        const panel = notebooks.currentWidget;
        if (panel && notebooks.activeCell?.model.type === 'code') {
          await open(panel, panel.content.activeCellIndex, args);
        }
      }
    });
    app.commands.addCommand(CommandIDs.deployNotebook, {
      label: trans.__('Deploy this Notebook…'),
      caption: trans.__('Deploy the whole notebook as a scheduled pipeline'),
      icon: deployIcon,
      isEnabled: () => notebooks.currentWidget !== null,
      describedBy: proposals,
      execute: async args => {
        if (notebooks.currentWidget) {
          await open(notebooks.currentWidget, null, args);
        }
      }
    });
    notebooks.activeCellChanged.connect(() =>
      app.commands.notifyCommandChanged(CommandIDs.deployCell)
    );
    toolbars?.addFactory<Cell>('Cell', TOOLBAR_ITEM, cell =>
      cell.model.type === 'code'
        ? new ToolbarButton({
            icon: deployIcon,
            tooltip: trans.__('Deploy this cell as a scheduled pipeline'),
            onClick: () => void app.commands.execute(CommandIDs.deployCell)
          })
        : hidden()
    );
    if (deployments) {
      notebooks.widgetAdded.connect((_, panel) => {
        void panel.context.ready.then(() => {
          if (panel.isDisposed) {
            return;
          }
          const badges = addBadges({
            panel,
            path: () => app.serviceManager.contents.localPath(panel.context.path),
            deployments,
            serverSettings: app.serviceManager.serverSettings,
            trans,
            open: () => void app.commands.execute(CommandIDs.showPanel)
          });
          panel.disposed.connect(() => badges.dispose());
        });
      });
    }
    notebooks.currentChanged.connect(() =>
      app.commands.notifyCommandChanged(CommandIDs.deployNotebook)
    );
    const shown = [CommandIDs.deployCell, CommandIDs.deployNotebook];
    addToPalette(palette, app.commands, shown, trans);
  }
};

/** The name of the button in the schema of the settings. */
const TOOLBAR_ITEM = 'pipeline-deploy-cell';

/** The placeholder for the button on cells without code. */
function hidden(): Widget {
  const widget = new Widget();
  widget.hide();
  return widget;
}

/**
 * Scroll to a line of a cell and move the cursor there.
 */
async function goToCell(
  panel: NotebookPanel,
  index: number,
  line: number
): Promise<void> {
  const notebook = panel.content;
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index, 'center');
  const cell = notebook.widgets[index];
  cell?.editor?.setCursorPosition({ line: Math.max(0, line - 1), column: 0 });
  notebook.mode = 'edit';
}
