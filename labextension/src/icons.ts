import { LabIcon } from '@jupyterlab/ui-components';

import attachSvg from '../style/icons/attach.svg';
import clusterSvg from '../style/icons/cluster.svg';
import dashboardSvg from '../style/icons/dashboard.svg';
import deploySvg from '../style/icons/deploy.svg';
import launchSvg from '../style/icons/launch.svg';
import logsSvg from '../style/icons/logs.svg';
import pauseSvg from '../style/icons/pause.svg';
import pipelineSvg from '../style/icons/pipeline.svg';
import plotsSvg from '../style/icons/plots.svg';
import resumeSvg from '../style/icons/resume.svg';
import runSvg from '../style/icons/run.svg';

const icon = (name: string, svgstr: string): LabIcon =>
  new LabIcon({ name: `jupyter-pipeline:${name}`, svgstr });

export const attachIcon = icon('attach', attachSvg);
export const clusterIcon = icon('cluster', clusterSvg);
export const dashboardIcon = icon('dashboard', dashboardSvg);
export const deployIcon = icon('deploy', deploySvg);
export const launchIcon = icon('launch', launchSvg);
export const logsIcon = icon('logs', logsSvg);
export const pauseIcon = icon('pause', pauseSvg);
export const pipelineIcon = icon('pipeline', pipelineSvg);
export const plotsIcon = icon('plots', plotsSvg);
export const resumeIcon = icon('resume', resumeSvg);
export const runIcon = icon('run', runSvg);
