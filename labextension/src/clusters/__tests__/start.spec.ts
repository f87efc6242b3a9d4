import { nullTranslator } from '@jupyterlab/translation';

import type { Clusters } from '../../tokens';
import { listPythonKernels } from '../kernelspecs';
import { groupProfiles } from '../profileGroups';
import { createDraft, toStartOptions, type IStartDraft } from '../start';

jest.mock('@jupyterlab/apputils', () => ({}));
jest.mock('@jupyterlab/ui-components', () => ({
  ReactWidget: jest.requireActual('@lumino/widgets').Widget
}));

const profile = (name: string, cluster_class: string, values = {}): Clusters.IProfile =>
  ({
    name,
    cluster_class,
    source: 'built in',
    refusal: '',
    ...values
  }) as Clusters.IProfile;

const PROFILES = [
  profile('coiled', 'coiled.Cluster'),
  profile('local', 'distributed.LocalCluster'),
  profile('slurm', 'dask_jobqueue.SLURMCluster'),
  profile('team', 'dask_jobqueue.SLURMCluster', { source: '/etc/profiles.yaml' })
];

const trans = nullTranslator.load('jupyter_pipeline');

test('profiles are grouped, those of the user first', () => {
  const groups = groupProfiles(PROFILES, trans);
  expect(groups.map(g => g.profiles.map(p => p.name))).toEqual([
    ['team'],
    ['local'],
    ['slurm'],
    ['coiled']
  ]);
});

const KERNELS = listPythonKernels({
  default: 'python3',
  kernelspecs: {
    env: { name: 'env', display_name: 'Env', language: 'python' },
    ir: { name: 'ir', display_name: 'R', language: 'R' },
    python3: { name: 'python3', display_name: 'Python 3', language: 'python' }
  } as any
});

test('Python kernels are offered, the default one first', () => {
  expect(KERNELS.map(({ name }) => name)).toEqual(['python3', 'env']);
});

test.each([
  ['env', 'env'],
  ['ir', 'python3'],
  [undefined, 'python3']
])('with the notebook of %s a cluster uses the kernel %s', (current, kernel) => {
  const draft = createDraft({ profiles: PROFILES, kernels: KERNELS }, current);
  expect(toStartOptions(draft, trans)).toEqual({ profile: 'local', kernel });
});

test('the default profile of the configuration is chosen', () => {
  const profiles = [...PROFILES, profile('mine', 'a.B', { is_default: true })];
  expect(createDraft({ profiles, kernels: [] }, undefined).profile).toBe('mine');
});

test('a refused profile is not chosen', () => {
  const profiles = [
    profile('local', 'distributed.LocalCluster', { refusal: 'not allowed' }),
    profile('slurm', 'dask_jobqueue.SLURMCluster')
  ];
  expect(createDraft({ profiles, kernels: [] }, undefined).profile).toBe('slurm');
});

test('the size is the one of the profile, fixed or adaptive', () => {
  const draft = createDraft({ profiles: PROFILES, kernels: [] }, undefined);
  const fixed: IStartDraft = { ...draft, size: 'fixed', workers: '3', name: 'a' };
  expect(toStartOptions(fixed, trans)).toEqual({
    profile: 'local',
    name: 'a',
    workers: 3
  });
  const adaptive: IStartDraft = { ...draft, size: 'adaptive' };
  expect(toStartOptions(adaptive, trans).adapt).toEqual([0, 8]);
});

test.each<[Partial<IStartDraft>, string]>([
  [{ size: 'fixed', workers: '' }, 'Workers'],
  [{ size: 'fixed', workers: '1.5' }, 'Workers'],
  [{ size: 'adaptive', minimum: '-1' }, 'Minimum'],
  [{ size: 'adaptive', maximum: '' }, 'Maximum']
])('the size %j is refused, and does not count as zero', (values, label) => {
  const draft = createDraft({ profiles: PROFILES, kernels: [] }, undefined);
  expect(() => toStartOptions({ ...draft, ...values }, trans)).toThrow(label);
});
