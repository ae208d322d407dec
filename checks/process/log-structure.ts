import { logStructureCheck } from '../../src/suites/log-structure.ts';

export default logStructureCheck({ what: 'process', judges: 'process' });
