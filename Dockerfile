# One image for Central (worker, API, insight and notices) and the bridge; docker-compose.yml says which a container runs.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements-production.lock .
RUN python -m venv /opt/wattline && /opt/wattline/bin/pip install --no-cache-dir --require-hashes -r requirements-production.lock
COPY pyproject.toml ./
COPY firmware firmware
COPY board_cli board_cli
COPY bridge bridge
COPY central central
COPY driver_cli driver_cli
COPY eventlog eventlog
COPY plant plant
COPY runtime runtime
COPY tools/assets tools/assets
RUN /opt/wattline/bin/python tools/assets/bring.py
RUN /opt/wattline/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
# The data folder belongs to the user that runs here, so that a new named volume does too.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin wattline \
    && install -d -o wattline -g wattline /var/lib/wattline
COPY --from=build /opt/wattline /opt/wattline
ENV PATH=/opt/wattline/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /var/lib/wattline
USER 10001:10001
CMD ["wattline-central", "--help"]
