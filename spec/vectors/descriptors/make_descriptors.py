#!/usr/bin/env python3
"""Writes the cases of this folder from spec/DESCRIPTOR.md alone."""
import colors
import containers
import fields
import structure

structure.write_all()
colors.write_all()
fields.write_all()
containers.write_all()
