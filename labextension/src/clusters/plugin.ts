import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { addToPalette } from '../palette';
import { CommandIDs, IClusterManager, IPipelinePanel, SETTINGS_ID } from '../tokens';
import { addClusterCommands } from './commands';
import { openDashboardsOfKernels } from './kernels';
import { ClusterManager } from './manager';
import { ClustersSection } from './panel';
import { runningClusters } from './running';

export const clusterManagerPlugin: JupyterFrontEndPlugin<IClusterManager> = {
  id: 'jupyter-pipeline:clusters',
  description: 'Provides the clusters, and the commands for them.',
  autoStart: true,
  provides: IClusterManager,
  optional: [INotebookTracker, ICommandPalette, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker | null,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null
  ): IClusterManager => {
    const trans = (translator ?? nullTranslator).load('jupyter_pipeline');
    const manager = new ClusterManager({
      serverSettings: app.serviceManager.serverSettings,
      events: app.serviceManager.events.stream,
      interval: 4000,
      name: 'jupyter-pipeline:clusters'
    });
    // Kernels are polled all the time: their failure shows that the server does not answer.
    app.serviceManager.connectionFailure.connect(() => manager.checkConnection());
    void settings?.load(SETTINGS_ID).then(loaded => {
      const apply = (): void => {
        manager.restInterval =
          1000 * (loaded.get('clusterInterval').composite as number);
      };
      apply();
      loaded.changed.connect(apply);
    });
    addClusterCommands({ app, manager, notebooks, syncs: manager.syncs, trans });
    if (notebooks) {
      openDashboardsOfKernels(notebooks, manager, app.commands, trans);
    }
    const shown = [
      CommandIDs.startCluster,
      CommandIDs.scaleCluster,
      CommandIDs.adaptCluster,
      CommandIDs.extendCluster,
      CommandIDs.restartCluster,
      CommandIDs.stopCluster,
      CommandIDs.openDashboard,
      CommandIDs.attachCluster,
      CommandIDs.syncCluster,
      CommandIDs.cancelSync,
      CommandIDs.showLogs,
      CommandIDs.dismissCluster
    ];
    addToPalette(palette, app.commands, shown, trans);
    return manager;
  }
};

export const clusterPanelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-pipeline:clusters-panel',
  description: 'Adds the clusters to the Pipeline sidebar.',
  autoStart: true,
  requires: [IClusterManager, IPipelinePanel],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    panel: IPipelinePanel,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_pipeline');
    panel.addSection(
      new ClustersSection({
        manager,
        syncs: manager.syncs,
        commands: app.commands,
        trans
      }),
      10,
      manager
    );
  }
};

export const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-pipeline:running',
  description: 'Adds the clusters to the panel of running sessions.',
  autoStart: true,
  requires: [IClusterManager],
  optional: [IRunningSessionManagers, ITranslator], // Notebook has that panel on some of its pages only
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    running: IRunningSessionManagers | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_pipeline');
    running?.add(runningClusters(manager, app.commands, trans));
  }
};
