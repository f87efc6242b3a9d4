import {
  clusterManagerPlugin,
  clusterPanelPlugin,
  runningPlugin
} from './clusters/plugin';
import { deploymentManagerPlugin, deploymentPanelPlugin } from './deployments/plugin';
import { panelPlugin } from './panel';
import { promotionPlugin } from './promotion/plugin';

export * from './tokens';

export default [
  panelPlugin,
  clusterManagerPlugin,
  clusterPanelPlugin,
  runningPlugin,
  deploymentManagerPlugin,
  deploymentPanelPlugin,
  promotionPlugin
];
