/** Commands that only read, whatever their arguments. What is not listed could write. */
const reads = words(`
  bitcount bitfield_ro bitpos dbsize dump echo exists expiretime geodist geohash geopos georadius_ro
  georadiusbymember_ro geosearch get getbit getrange hexists hget hgetall hkeys hlen hmget hpexpiretime hpttl hrandfield
  hscan hstrlen hexpiretime httl hvals info keys lastsave lcs lindex llen lolwut lpos lrange mget pexpiretime ping pttl
  randomkey role scan scard sdiff select sinter sintercard sismember smembers smismember sort_ro srandmember sscan strlen
  substr sunion time ttl type xlen xpending xrange xread xrevrange zcard zcount zdiff zinter zintercard zlexcount zmscore
  zrandmember zrange zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion
  bf.card bf.exists bf.info bf.mexists cf.count cf.exists cf.info cms.info cms.query ft._list ft.explain ft.info ft.search
  json.arrindex json.arrlen json.get json.mget json.objkeys json.objlen json.strlen json.type topk.info topk.list
  topk.query ts.get ts.info ts.mget ts.mrange ts.mrevrange ts.queryindex ts.range ts.revrange
`);

/** Of these, only the named subcommands read. */
const readingSubcommands: Readonly<Record<string, ReadonlySet<string>>> = {
  acl: words('cat whoami'),
  client: words('getname id info list'),
  cluster: words('countkeysinslot info keyslot links myid nodes shards slots'),
  command: words('count docs getkeys info list'),
  config: words('get'),
  function: words('list stats'),
  latency: words('doctor histogram history latest'),
  memory: words('doctor stats usage'),
  module: words('list'),
  object: words('encoding freq idletime refcount'),
  pubsub: words('channels numpat numsub shardchannels shardnumsub'),
  script: words('exists'),
  slowlog: words('get len'),
  xinfo: words('consumers groups stream'),
};

/** Commands that write to the key that is their first argument, and to no other. */
const writesFirstKey = words(`
  append bitfield decr decrby expire expireat geoadd getdel getset hdel hincrby hincrbyfloat hmset hset hsetnx incr incrby
  incrbyfloat linsert lpop lpush lpushx lrem lset ltrim persist pexpire pexpireat pfadd psetex rpop rpush rpushx sadd set
  setbit setex setnx setrange spop srem xack xadd xclaim xdel xtrim zadd zincrby zpopmax zpopmin zrem zremrangebylex
  zremrangebyrank zremrangebyscore
`);

const removesKeys = words('del unlink');

export function onlyReads(name: string, args: readonly (string | number)[] = []): boolean {
  const lower = name.toLowerCase();
  if (reads.has(lower)) return true;
  // `COMMAND` alone lists all commands.
  if (lower === 'command' && args.length === 0) return true;
  return Object.hasOwn(readingSubcommands, lower)
    ? readingSubcommands[lower]!.has(String(args[0] ?? '').toLowerCase())
    : false;
}

/** The keys that a command writes to; undefined: it does more than that, or is not known. */
export function writtenKeys(name: string, args: readonly (string | number)[]): string[] | undefined {
  const lower = name.toLowerCase();
  if (args.length === 0) return undefined;
  if (removesKeys.has(lower)) return args.map(String);
  return writesFirstKey.has(lower) ? [String(args[0])] : undefined;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
