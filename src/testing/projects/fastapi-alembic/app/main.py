import os

import sqlalchemy as sa
from fastapi import FastAPI

app = FastAPI(title="Orders")
engine = sa.create_engine(os.environ["DATABASE_URL"])


@app.get("/health")
def health():
    return {"status": "ok", "service": "orders-api"}


@app.get("/health/ready")
def ready():
    with engine.connect() as connection:
        connection.execute(sa.text("select 1"))
    return {"status": "ok", "database": "ok"}


@app.get("/orders")
def orders():
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.text("select id, item from orders"))]
