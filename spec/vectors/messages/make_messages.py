#!/usr/bin/env python3
"""Writes the cases of this folder from spec/PROTOCOL.md and spec/registry alone."""
import handshake_messages
import other_messages
import referral_messages
import request_messages

handshake_messages.write_all()
request_messages.write_all()
referral_messages.write_all()
other_messages.write_all()
