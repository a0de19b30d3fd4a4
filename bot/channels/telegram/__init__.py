"""Telegram: python-telegram-bot's Bot and types as transport, and nothing else of it.

What PTB would keep in one process (offsets, conversations, jobs, rate limits) is ours: an update is confirmed after
its commit, talks and timers live in tables, and sending is paced here. How the parts hang together:

    transport   the channel: hears, speaks, cleans up behind itself
    polling     fetches updates, confirms what is committed      webhook   is handed updates
    updates     a platform's update -> Incoming                  render    Outgoing -> parts of a message
    chats       what is remembered of a chat while we run        pacing    when the next message may go
    chores      small calls that nobody waits for                failures  the platform's no -> SendFailed
    profile     name of the bot, commands, descriptions          selfcheck what is wrong, for the operator
    request     HTTP below PTB's Bot
"""
