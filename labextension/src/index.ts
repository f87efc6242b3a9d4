import {
  clusterManagerPlugin,
  clusterPanelPlugin,
  runningPlugin
} from './clusters/plugin';
import { deploymentManagerPlugin, deploymentPanelPlugin } from './deployments/plugin';
import { notificationsPlugin } from './notifications/plugin';
import { panelPlugin } from './panel';
import { deployPlugin } from './deploy/plugin';

export * from './tokens';

export default [
  panelPlugin,
  clusterManagerPlugin,
  clusterPanelPlugin,
  runningPlugin,
  deploymentManagerPlugin,
  deploymentPanelPlugin,
  deployPlugin,
  notificationsPlugin
];
