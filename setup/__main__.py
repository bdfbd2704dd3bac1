"""The road from a fresh clone to a running Naqsha: `python3 -m setup run|test|check|bench`."""

import os
import sys

# Debian's Python would else write .pyc files into a clone that another user may own
sys.dont_write_bytecode = True

from setup.browser_files import build_vendor_files, install_browser_packages  # noqa: E402
from setup.debian import install_missing  # noqa: E402
from setup.flask_commands import FlaskCommands  # noqa: E402
from setup.python_packages import install_python_packages  # noqa: E402
from setup.steps import (  # noqa: E402
    INSTANCE,
    ROOT,
    VENV,
    VENV_PYTHON,
    SetupError,
    complain,
    last_lines,
    run,
    step,
)


def read_dotenv() -> None:
    """Take the clone's .env into the environment, as the flask command does; what is set already stays."""
    try:
        lines = (ROOT / ".env").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        name, mark, value = line.strip().partition("=")
        if mark and not name.startswith("#"):
            os.environ.setdefault(name.removeprefix("export ").strip(), value.strip().strip("\"'"))


def start_cluster() -> str:
    """Start the private cluster, or look at the server of NAQSHA_DATABASE_URL."""
    code, output = run([str(VENV_PYTHON), "-m", "app.db.cluster_cli", "start"])
    if code != 0:
        raise SetupError(f"The database did not start:\n{last_lines(output)}")
    for line in output.splitlines():
        if line.startswith(("running", "server of")):
            return " ".join(line.split(" (")[0].split())
    return "done"


def start_test_cluster() -> str:
    """Start the private cluster, whatever NAQSHA_DATABASE_URL says: tests touch no other server."""
    os.environ.pop("NAQSHA_DATABASE_URL", None)
    return start_cluster()


def load_demonstration(commands: FlaskCommands) -> str:
    """Load the demonstration once; in production never."""
    if os.environ.get("NAQSHA_ENV") == "production":
        return "left out: NAQSHA_ENV=production"
    return commands.run("demo", "load")


def fill_database() -> None:
    """Start the database and bring schema, reference data and demonstration to what the clone holds."""
    commands = FlaskCommands()
    try:
        step("Database", start_cluster)
        step("Migrations", lambda: commands.run("db", "upgrade"))
        step("Reference data", lambda: commands.run("reference", "load"))
        step("Demonstration", lambda: load_demonstration(commands))
    finally:
        commands.end()


def prepare(*, for_tests: bool) -> None:
    """Bring packages, environment and browser files to what the clone pins."""
    INSTANCE.mkdir(exist_ok=True)
    step("Debian packages", lambda: install_missing(for_tests=for_tests))
    step("Python packages", install_python_packages)
    step("Browser packages", install_browser_packages)
    step("Browser files", build_vendor_files)


def serve_all(host: str, port: int) -> int:
    """Set up what is missing, load the data and serve until Ctrl-C."""
    from setup.serve import refuse_taken_port, serve

    refuse_taken_port(host, port)  # before the long steps, and again before serving
    print("Naqsha: setting up", flush=True)
    prepare(for_tests=False)
    fill_database()
    return serve(host, port)


def test_all(arguments: list[str]) -> int:
    """Set up what is missing, run every test; the last line is pytest's."""
    print("Naqsha: setting up for the tests", flush=True)
    prepare(for_tests=True)
    step("Database", start_test_cluster)
    sys.stdout.flush()
    os.chdir(ROOT)
    # The tests share the cores already: threads of the numeric libraries only wait for one another, and burn them.
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(library, "1")
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "pytest", *arguments])  # noqa: S606


def bench_all() -> int:
    """Run every benchmark beside the bare engine; the tiles are those of the demonstration."""
    print("Naqsha: setting up for the benchmarks", flush=True)
    prepare(for_tests=False)
    fill_database()
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "tests.bench"])  # noqa: S606


def check_all() -> int:
    """Run every check that needs no database, all of them even after one failed."""
    print("Naqsha: checking", flush=True)
    step("Python packages", install_python_packages)
    tools = VENV / "bin"
    folders = ["app", "spatial", "forecasting", "setup", "tests", "migrations"]
    folders = [folder for folder in folders if (ROOT / folder).is_dir()]
    checks = {
        "ruff format": [str(tools / "ruff"), "format", "--check", *folders],
        "ruff": [str(tools / "ruff"), "check", *folders],
        "mypy": [str(tools / "mypy")],
        "import contracts": [str(tools / "lint-imports")],
        "djlint": [str(tools / "djlint"), "--lint", "templates"],
    }
    failed = []
    for name, command in checks.items():
        code, output = run(command)
        print(f"  {name:<22}{'ok' if code == 0 else 'FAILED'}", flush=True)
        if code != 0:
            failed.append(name)
            print(last_lines(output, 60), flush=True)
    print(f"check: {'all ok' if not failed else 'failed: ' + ', '.join(failed)}", flush=True)
    return 1 if failed else 0


def main(words: list[str]) -> int:
    """Run the road named by the first word."""
    read_dotenv()
    for left_by_make in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        os.environ.pop(left_by_make, None)  # a make within the tests must not take itself for a part of this one
    try:
        match words:
            case ["run"]:
                return serve_all(os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or "8000"))
            case ["test", *arguments]:
                return test_all(arguments)
            case ["check"]:
                return check_all()
            case ["bench"]:
                return bench_all()
        raise SetupError("usage: python3 -m setup run | test [pytest's arguments] | check | bench")
    except SetupError as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
