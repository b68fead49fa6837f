import { App } from 'aws-cdk-lib';
import { AuditLakeStack } from './audit-lake-stack.js';
import { propsOfContext } from './context.js';

const app = new App();
new AuditLakeStack(app, 'AuditLake', propsOfContext(app.node));
