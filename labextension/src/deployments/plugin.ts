import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { addToPalette } from '../palette';
import { IDeploymentManager, IPipelinePanel, SETTINGS_ID } from '../tokens';
import { addDeploymentCommands } from './commands';
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
      events: app.serviceManager.events.stream,
      interval: 10_000,
      name: 'jupyter-pipeline:deployments'
    });
    // Kernels are polled all the time: their failure shows that the server does not answer.
    app.serviceManager.connectionFailure.connect(() => manager.checkConnection());
    void settings?.load(SETTINGS_ID).then(loaded => {
      const apply = (): void => {
        manager.restInterval =
          1000 * (loaded.get('deploymentInterval').composite as number);
      };
      apply();
      loaded.changed.connect(apply);
    });
    const shown = addDeploymentCommands(app, manager, trans);
    addToPalette(palette, app.commands, shown, trans);
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
      20,
      manager
    );
  }
};
