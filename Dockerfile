# One image for every process of the house: web, workers and beat differ in their command only (compose.yaml).
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 REGIA_STATIC_ROOT=/srv/static REGIA_MEDIA=/srv/media
WORKDIR /srv/regia

COPY scripts/system_packages.sh scripts/
RUN bash scripts/system_packages.sh papers \
    && apt-get install -y --no-install-recommends cups-client \
    && rm -rf /var/lib/apt/lists/*
COPY requirements/base.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt

COPY . .
RUN python manage.py compile_translations \
    && python manage.py collectstatic --noinput \
    && useradd --system regia \
    && mkdir -p /srv/media && chown regia /srv/media
USER regia

EXPOSE 8000
CMD ["gunicorn", "erp.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", "--timeout", "120", "--no-control-socket"]
