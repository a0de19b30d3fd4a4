"""WeCom (企业微信): teachers and the office in its app, parents by 学校通知, group robots for digests.

    callback      what the platform brings: opened (crypto), read (updates), taken in, and only then answered
    client        what we ask of it: one token, one pool, each errcode told apart
    transport     the channel: hears, speaks, tidies behind itself
    school        parents, who read notices and answer on a page
    robot         digests into groups

Facts and their sources: developer.work.weixin.qq.com/document/path/N, written "path N" here.
"""
