import { logStructureCheck } from '../../src/suites/log-structure.ts';

export default logStructureCheck({ what: 'API', judges: 'api', after: ['api/health'] });
