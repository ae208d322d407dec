import { logStructureCheck } from '../../src/suites/index.ts';

export default logStructureCheck({ what: 'API', judges: 'api', after: ['api/health'] });
