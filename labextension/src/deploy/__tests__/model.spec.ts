import type { INotebookContent } from '@jupyterlab/nbformat';

import { FakeServer, type IAsked } from '../../__tests__/server';
import { DeployModel, proposeName, proposeProfile } from '../model';

const notebook = (...sources: (string | string[])[]): INotebookContent => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: sources.map(source => ({
    cell_type: 'code',
    metadata: {},
    source,
    outputs: [],
    execution_count: null
  }))
});

const PREVIEW = { files: { 'steps.py': 'x' }, notes: [], folder: '/f', next_runs: [] };

function answer(asked: IAsked): [number, unknown] {
  switch (asked.path) {
    case 'schedule':
      return asked.body.cron?.includes('31 2')
        ? [400, { error: 'UsageError', message: 'never fires' }]
        : [200, { description: 'words', timezone: 'UTC', next_runs: [] }];
    case 'deploy/preview':
      return [200, PREVIEW];
    case 'deploy':
      return [201, { ...PREVIEW, deployment: { name: asked.body.name } }];
  }
  return [404, {}];
}

function create(server: FakeServer, more = {}): DeployModel {
  return new DeployModel({
    serverSettings: server.settings,
    notebook: notebook('1 + 1'),
    path: 'nb.ipynb',
    cell: 0,
    name: 'daily',
    profile: 'local',
    kernel: 'python3',
    ...more
  });
}

const until = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !condition(); i++) {
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  expect(condition()).toBe(true);
};

test('the first preview comes without being asked for', async () => {
  const model = create(new FakeServer(answer));
  expect(model.canDeploy).toBe(false);
  await until(() => model.preview !== null);
  expect(model.meaning?.description).toBe('words');
  expect(model.canDeploy).toBe(true);
  model.dispose();
});

test('a schedule that is refused keeps the code in view and forbids the deploy', async () => {
  const server = new FakeServer(answer);
  const model = create(server);
  await until(() => model.preview !== null);
  model.update({
    schedule: { ...model.form.schedule, kind: 'cron', cron: '0 0 31 2 *' }
  });
  await until(() => model.scheduleError !== null);
  expect(model.scheduleError!.message).toBe('never fires');
  expect(model.preview).not.toBeNull();
  expect(model.canDeploy).toBe(false);
  model.dispose();
});

test.each(['', '../x', 'a..b', '-a', 'a-', 'x'.repeat(64), 'a b'])(
  'the name %j is refused without asking the server',
  async name => {
    const server = new FakeServer(answer);
    const model = create(server, { name });
    await until(() => model.meaning !== null);
    expect(model.nameIsValid).toBe(false);
    expect(server.asked.map(a => a.path)).toEqual(['schedule']);
    model.dispose();
  }
);

test('only the last of several changes counts', async () => {
  const server = new FakeServer(answer);
  const model = create(server);
  await until(() => model.preview !== null);
  for (const name of ['a', 'ab', 'abc']) {
    model.update({ name });
  }
  const previews = () => server.asked.filter(a => a.path === 'deploy/preview');
  await until(() => previews().length === 2);
  expect(previews()[1].body.name).toBe('abc');
  model.dispose();
});

test('a deploy sends the form and the kernel, and keeps the result', async () => {
  const server = new FakeServer(answer);
  const onDeployed = jest.fn();
  const model = create(server, { onDeployed });
  await until(() => model.canDeploy);
  await model.deploy();
  expect(server.asked[server.asked.length - 1].body).toMatchObject({
    name: 'daily',
    profile: 'local',
    cron: '0 6 * * *',
    kernel: 'python3',
    cell: 0,
    overwrite: false
  });
  expect(model.phase).toBe('deployed');
  expect(onDeployed).toHaveBeenCalledTimes(1);
  model.dispose();
});

test('a deploy that fails can be tried again', async () => {
  const server = new FakeServer(answer);
  const model = create(server);
  await until(() => model.canDeploy);
  server.answer = () => [409, { error: 'EditedByHandError', message: 'edited' }];
  await model.deploy();
  expect(model.deployError?.message).toBe('edited');
  expect(model.canDeploy).toBe(true);
  model.dispose();
});

test('the service is started where no Prefect answers', async () => {
  const server = new FakeServer(answer);
  const startService = jest.fn(async () => {
    server.answer = answer;
  });
  const model = create(server, { startService });
  await until(() => model.canDeploy);
  server.answer = () => [
    503,
    { error: 'ApiUnreachableError', message: 'nothing answers' }
  ];
  await model.deploy();
  expect(model.needsService).toBe(true);
  await model.startAndDeploy();
  expect(startService).toHaveBeenCalledTimes(1);
  expect(model.phase).toBe('deployed');
  model.dispose();
});

test.each([
  ['notebooks/Delays of carriers.ipynb', 'delays-of-carriers'],
  ['Übersicht.ipynb', 'ubersicht'],
  ['../..ipynb', 'pipeline'],
  ['日本.ipynb', 'pipeline'],
  [`${'x'.repeat(80)}.ipynb`, 'x'.repeat(63)]
])('%s proposes the name %s', (path, name) => {
  expect(proposeName(path)).toBe(name);
});

test.each([
  [['%load_ext jupyter_pipeline\n%cluster start slurm --workers 4'], 'slurm'],
  [[['%load_ext x\n', 'c = %cluster start local\n']], 'local'],
  [['%cluster attach local-1'], 'local'],
  [['%cluster attach other-1'], ''],
  [['print("%cluster")'], '']
])('%j proposes the profile %j', (sources, profile) => {
  const clusters = [{ name: 'local-1', profile: 'local' }];
  expect(proposeProfile(notebook(...sources), clusters)).toBe(profile);
});

test.each<[string, string[], number, number, boolean]>([
  ['no marks', ['a = 1', 'a'], 1, 0, false],
  ['a marked cell', ['%%step load\na = 1', '%%check full\nassert a'], 0, 2, true],
  ['two cells of a step', ['%%step load\na = 1', '%%step load\na', 'a'], 0, 1, true],
  ['another cell than the marked ones', ['%%step load\na = 1', 'a'], 1, 1, false]
])(
  'with %s, all marked cells are meant or this cell',
  async (_, sources, cell, steps, whole) => {
    const server = new FakeServer(answer);
    const model = create(server, { notebook: notebook(...sources), cell });
    await until(() => model.preview !== null);
    expect(model.steps).toBe(steps);
    expect(model.form.whole).toBe(whole);
    const asked = server.asked.find(a => a.path === 'deploy/preview')!;
    expect(asked.body.cell).toBe(whole ? undefined : cell);
    model.dispose();
  }
);

test.each([{ tags: ['step:load'] }, { jupyter_pipeline: { check: 'full' } }])(
  'a cell with %j is marked',
  async metadata => {
    const content = notebook('a = 1');
    content.cells[0].metadata = metadata;
    const model = create(new FakeServer(answer), { notebook: content });
    expect(model.steps).toBe(1);
    model.dispose();
  }
);

test('what is left as it is, is not sent', async () => {
  const server = new FakeServer(answer);
  const model = create(server);
  await until(() => model.preview !== null);
  model.update({
    options: { target: 'staging', rehearse: false, notify: ['team', ''], tag: [''] }
  });
  await until(() => server.asked.some(a => a.body?.target === 'staging'));
  const bodies = server.asked.filter(a => a.path === 'deploy/preview').map(a => a.body);
  expect(bodies[0]).not.toHaveProperty('target');
  expect(bodies[0]).not.toHaveProperty('rehearse');
  expect(bodies[bodies.length - 1]).toMatchObject({
    rehearse: false,
    notify: ['team']
  });
  expect(bodies.pop()).not.toHaveProperty('tag');
  model.dispose();
});

test('the form has every option of the server without a field of its own', async () => {
  const option = { title: 'T', description: 'd', type: 'string' };
  const properties = {
    cron: { ...option, 'x-group': 'schedule' },
    profile: { ...option, 'x-group': 'cluster' },
    brand_new: { ...option, 'x-group': 'deployment' }
  };
  const server = new FakeServer(asked =>
    asked.path === 'options' ? [200, { properties }] : answer(asked)
  );
  const model = create(server);
  expect(model.moreOptions).toEqual([]);
  await model.loadOptions();
  expect(model.moreOptions.map(([name]) => name)).toEqual(['brand_new']);
  model.dispose();
});

test('a whole notebook is sent without a cell', async () => {
  const server = new FakeServer(answer);
  const model = create(server, { cell: null });
  await until(() => model.preview !== null);
  model.update({ oneStep: true });
  await model.deploy();
  const { body } = server.asked.find(asked => asked.path === 'deploy')!;
  expect(body).toMatchObject({ all: true, one_step: true });
  expect(body).not.toHaveProperty('cell');
});

const DEPLOYED = {
  name: 'daily',
  deployment: 'daily',
  target: '',
  version: 3,
  cells: ['a'],
  whole: false,
  notebook: '/nb.ipynb',
  here: true,
  options: { cron: ['30 18 * * *'], timezone: 'UTC', profile: 'slurm', retries: 2 },
  hidden_options: []
};

test('the form of a deployed cell has the deployed values, and lists what changes', async () => {
  const server = new FakeServer(answer);
  const model = create(server, { name: 'nb', deployed: [DEPLOYED] });
  expect(model.form).toMatchObject({ name: 'daily', profile: 'slurm', retries: 2 });
  expect(model.existing?.deployment).toBe('daily');
  expect(model.optionChanges).toEqual([]);
  expect(model.offers).toEqual([]);
  model.update({ retries: 3 });
  expect(model.optionChanges).toEqual([{ name: 'retries', before: '2', after: '3' }]);
  await until(() => model.preview !== null);
  await model.deploy();
  const { body } = server.asked.find(asked => asked.path === 'deploy')!;
  expect(body).toMatchObject({ cron: '30 18 * * *', profile: 'slurm', retries: 3 });
  model.dispose();
});

test('the name of another deployment offers its values and mixes nothing', async () => {
  const other = { ...DEPLOYED, name: 'other', deployment: 'other', here: false };
  const weekly = { ...other, options: { cron: ['0 6 * * 1'], timezone: 'UTC' } };
  const server = new FakeServer(asked =>
    asked.path === 'deploy/deployed'
      ? [200, asked.body.name === 'other' ? [DEPLOYED, weekly] : []]
      : answer(asked)
  );
  const model = create(server, { deployed: [DEPLOYED] });
  await until(() => model.canDeploy);
  model.update({ name: 'other' });
  expect(model.canDeploy).toBe(false); // not before its deployments are known
  await until(() => model.canDeploy);
  expect(model.form).toMatchObject({ name: 'other', profile: 'slurm', retries: 2 });
  expect(model.offers).toEqual([weekly]);
  expect(model.optionChanges!.map(change => change.name)).toEqual([
    'cron',
    'profile',
    'retries'
  ]);
  model.useDeployed(model.offers[0]);
  expect(model.form).toMatchObject({ profile: '', retries: 0 });
  expect(model.form.schedule).toMatchObject({ kind: 'weekly', day: 1 });
  expect([model.offers, model.optionChanges]).toEqual([[], []]);
  model.update({ name: 'new-one' });
  await until(() => model.canDeploy);
  expect(model.existing).toBeNull();
  expect(model.optionChanges).toBeNull();
  model.dispose();
});

test('without the deployed values the form has defaults and the reason', async () => {
  const model = create(new FakeServer(answer), {
    deployedError: new Error('no route')
  });
  expect(model.form.schedule.kind).toBe('daily');
  expect(model.deployedError?.message).toBe('no route');
  model.dispose();
});
