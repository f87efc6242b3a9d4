const transform = [
  'ts-jest',
  {
    tsconfig: {
      allowJs: true,
      isolatedModules: true,
      jsx: 'react',
      module: 'commonjs',
      esModuleInterop: true,
      target: 'ES2022'
    },
    diagnostics: false
  }
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'jsdom',
  testMatch: ['<rootDir>/src/**/__tests__/*.spec.ts?(x)'],
  // The packages of JupyterLab are published as ES modules, which Jest does not read.
  transform: { '\\.[jt]sx?$': transform },
  transformIgnorePatterns: [
    '/node_modules/(?!(@jupyterlab|@jupyter|@microsoft|@rjsf|exenv-es6|lib0|nanoid|y-protocols|yjs)/)'
  ],
  moduleNameMapper: {
    '\\.(css|svg)$': '<rootDir>/src/__tests__/empty.js'
  },
  setupFiles: ['<rootDir>/src/__tests__/setup.js']
};
