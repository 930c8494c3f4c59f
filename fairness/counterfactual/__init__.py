"""Paired conversations through the running assistant: would someone else go elsewhere?"""
