import { logStructureCheck } from '../../src/suites/index.ts';

export default logStructureCheck({ what: 'process', judges: 'process' });
