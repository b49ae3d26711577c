"""Bring finished jobs into the store: from files (`importing`) and from batch systems (`sampling`)."""
