import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, InputDialog, showDialog } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';

import { NO_ARGUMENTS } from '../panel';
import { showText } from '../text';
import { CommandIDs, IDeploymentManager, IPipelinePanel, SETTINGS_ID } from '../tokens';
import { DeploymentManager } from './manager';
import { DeploymentsSection } from './panel';

export const deploymentManagerPlugin: JupyterFrontEndPlugin<IDeploymentManager> = {
  id: 'jupyter-pipeline:deployments',
  description: 'Provides the deployments, and the commands for them.',
  autoStart: true,
  provides: IDeploymentManager,
  optional: [ICommandPalette, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null
  ): IDeploymentManager => {
    const trans = (translator ?? nullTranslator).load('jupyter_pipeline');
    const manager = new DeploymentManager({
      serverSettings: app.serviceManager.serverSettings,
      interval: 10_000,
      name: 'jupyter-pipeline:deployments'
    });
    void settings?.load(SETTINGS_ID).then(loaded => {
      const apply = (): void => {
        manager.interval =
          1000 * (loaded.get('deploymentInterval').composite as number);
      };
      apply();
      loaded.changed.connect(apply);
    });
    for (const command of addCommands(app, manager, trans)) {
      palette?.addItem({ command, category: trans.__('Pipeline') });
    }
    return manager;
  }
};

export const deploymentPanelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-pipeline:deployments-panel',
  description: 'Adds the deployments to the Pipeline sidebar.',
  autoStart: true,
  requires: [IDeploymentManager, IPipelinePanel],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    manager: IDeploymentManager,
    panel: IPipelinePanel,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_pipeline');
    panel.addSection(
      new DeploymentsSection({ manager, commands: app.commands, trans }),
      20
    );
  }
};

/**
 * Add the commands and return those that the palette shows.
 */
function addCommands(
  app: JupyterFrontEnd,
  manager: IDeploymentManager,
  trans: TranslationBundle
): string[] {
  const { commands } = app;
  const ofDeployment = (
    id: string,
    label: string,
    act: (name: string) => Promise<unknown>
  ): string => {
    commands.addCommand(id, {
      label,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            name: {
              type: 'string',
              description: 'The deployment; asked for when absent'
            }
          }
        }
      },
      execute: async args => {
        const name =
          (args.name as string) ??
          (
            await InputDialog.getItem({
              title: trans.__('Choose a deployment'),
              items: manager.deployments.map(d => d.name)
            })
          ).value;
        if (name) {
          await act(name);
        }
      }
    });
    return id;
  };
  const remove = async (name: string): Promise<void> => {
    const { button } = await showDialog({
      title: trans.__('Delete the deployment %1?', name),
      body: trans.__(
        'Its schedule ends. The generated files and the records of its runs stay.'
      ),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })]
    });
    if (button.accept) {
      await manager.delete(name);
    }
  };

  commands.addCommand(CommandIDs.startService, {
    label: trans.__('Start the Prefect Service'),
    describedBy: { args: NO_ARGUMENTS },
    execute: () => manager.startService()
  });
  commands.addCommand(CommandIDs.stopService, {
    label: trans.__('Stop the Prefect Service…'),
    describedBy: { args: NO_ARGUMENTS },
    execute: async () => {
      const { button } = await showDialog({
        title: trans.__('Stop the Prefect service?'),
        body: trans.__('No deployment runs on its schedule until it is started again.'),
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Stop') })]
      });
      if (button.accept) {
        await manager.stopService();
      }
    }
  });
  commands.addCommand(CommandIDs.showRunLogs, {
    label: trans.__('Show the Log of a Run'),
    describedBy: {
      args: {
        type: 'object',
        properties: { id: { type: 'string' }, name: { type: 'string' } },
        required: ['id']
      }
    },
    execute: async args =>
      showText(
        trans.__('Log of %1', String(args.name ?? args.id)),
        await manager.runLogs(args.id as string),
        trans
      )
  });
  return [
    ofDeployment(CommandIDs.runDeployment, trans.__('Run a Deployment Now…'), name =>
      manager.run(name)
    ),
    ofDeployment(CommandIDs.pauseDeployment, trans.__('Pause a Deployment…'), name =>
      manager.setPaused(name, true)
    ),
    ofDeployment(CommandIDs.resumeDeployment, trans.__('Resume a Deployment…'), name =>
      manager.setPaused(name, false)
    ),
    ofDeployment(CommandIDs.deleteDeployment, trans.__('Delete a Deployment…'), remove),
    CommandIDs.startService,
    CommandIDs.stopService
  ];
}
