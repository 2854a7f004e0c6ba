#!/bin/sh
# Delivery command: takes a message, keeps nothing.
cat > /dev/null
