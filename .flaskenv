# Read by the flask command, so that `.venv/bin/flask ...` works in the clone as it is.
FLASK_APP=app.factory:create_app
