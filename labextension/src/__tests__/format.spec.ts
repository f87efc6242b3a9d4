import { nullTranslator } from '@jupyterlab/translation';

import { formatBytes, formatCommit, formatDuration, formatRelative } from '../format';

const trans = nullTranslator.load('test');

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '0.98 KiB'],
  [1536, '1.50 KiB'],
  [131043328, '125 MiB'],
  [25276514304, '23.5 GiB'],
  [2 ** 60, '1024 PiB']
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [-3, '0 s'],
  [0.4, '0 s'],
  [59, '59 s'],
  [59.6, '1 min'],
  [3599, '1 h'],
  [3600, '1 h'],
  [12000, '3 h 20 min'],
  [86400, '1 d'],
  [100000, '1 d 3 h']
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [100, 'now'],
  [104, 'now'],
  [160, 'in 1 min'],
  [40, '1 min ago'],
  [100 + 7200, 'in 2 h']
])('%d seen from 100 is %s', (time, text) => {
  expect(formatRelative(time, 100, trans)).toBe(text);
});

test.each([
  [90, 'in 2 min'],
  [83_580, 'in 23 h'],
  [129_600, 'in 2 d']
])('%d seconds from now are %s in one unit', (seconds, text) => {
  expect(formatRelative(seconds, 0, trans, true)).toBe(text);
});

test.each([
  [false, 'commit 1b2c3d4e5f60'],
  [true, 'commit 1b2c3d4e5f60 (dirty)']
])('a commit has twelve digits, and dirty is %s', (dirty, text) => {
  const commit = '1b2c3d4e5f60718293a4b5c6d7e8f90123456789';
  expect(formatCommit({ commit, dirty }, trans)).toBe(text);
});
