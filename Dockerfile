# sketchseek as a service: photos are read from /photos, the library is kept in /library. See docs/running.md.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY src src
RUN python -m venv /opt/sketchseek \
    && /opt/sketchseek/bin/pip install --no-cache-dir -c constraints.txt '.[heic]'

FROM python:3.11-slim
# Who reads the photos and keeps the library; the user id of whom they belong to.
ARG UID=1000
RUN useradd --uid "$UID" --no-log-init --home-dir /library --create-home sketchseek
COPY --from=build /opt/sketchseek /opt/sketchseek
ENV PATH=/opt/sketchseek/bin:$PATH \
    SKETCHSEEK_HOME=/library \
    PYTHONDONTWRITEBYTECODE=1
USER $UID
VOLUME /library
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8765/healthz', timeout=5)"]
ENTRYPOINT ["sketchseek"]
# Inside a container, the port is reached from outside alone: every address is listened on, and a token asked for.
CMD ["serve", "/photos", "--watch", "--host", "0.0.0.0"]
