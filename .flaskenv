# Read by the flask command, so that `.venv/bin/flask ...` works in the clone as it is.
FLASK_APP=app.command_line:create_app
