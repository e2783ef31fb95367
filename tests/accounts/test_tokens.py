"""Tokens: nothing but what was signed here, for this purpose, and not too long ago."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.accounts.actor import Role
from maquette.accounts.schemas import normalised_email
from maquette.accounts.tokens import ACCESS_AUDIENCE, REFRESH_AUDIENCE, TokenSigner, derived_key

SECRET = b"one installation's secret key, long enough"
SIGNER = TokenSigner(SECRET)
HOUR = timedelta(hours=1)


@given(user=st.uuids(), session=st.uuids(), role=st.sampled_from(Role))
def test_an_access_token_says_what_was_signed(user: UUID, session: UUID, role: Role) -> None:
    claims = SIGNER.read_access(SIGNER.access_token(user, session, role, HOUR))
    assert claims is not None
    assert (claims.user_id, claims.session_id) == (user, session)
    assert abs(claims.expires_at - datetime.now(UTC) - HOUR) < timedelta(seconds=10)


@given(session=st.uuids(), generation=st.integers(min_value=0, max_value=2**31))
def test_a_refresh_token_says_what_was_signed(session: UUID, generation: int) -> None:
    claims = SIGNER.read_refresh(SIGNER.refresh_token(session, generation, HOUR))
    assert claims is not None
    assert (claims.session_id, claims.generation) == (session, generation)


@given(session=st.uuids(), place=st.integers(min_value=0), character=st.characters())
def test_a_changed_token_is_none(session: UUID, place: int, character: str) -> None:
    token = SIGNER.access_token(session, session, Role.MEMBER, HOUR)
    place %= len(token)
    if token[place] == character or place == len(token) - 1:
        # The last character of 32 bytes in base64url carries four bits only, so that some are alike.
        return
    assert SIGNER.read_access(token[:place] + character + token[place + 1 :]) is None


@given(st.text(max_size=3000))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert SIGNER.read_access(text) is None
    assert SIGNER.read_refresh(text) is None


@given(st.uuids())
def test_another_installation_signs_for_itself_alone(session: UUID) -> None:
    other = TokenSigner(b"another installation's secret key, as long")
    assert SIGNER.read_access(other.access_token(session, session, Role.ADMINISTRATOR, HOUR)) is None
    assert SIGNER.read_refresh(other.refresh_token(session, 0, HOUR)) is None


def claims(**changed: object) -> dict[str, object]:
    now = datetime.now(UTC)
    whole: dict[str, object] = {
        "sub": "01890000-0000-7000-8000-000000000000",
        "sid": "01890000-0000-7000-8000-000000000000",
        "iat": now,
        "exp": now + HOUR,
        "aud": ACCESS_AUDIENCE,
    }
    return {name: value for name, value in (whole | changed).items() if value is not None}


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": None},
        {"aud": None},
        {"aud": REFRESH_AUDIENCE},
        {"aud": [ACCESS_AUDIENCE]},
        {"sub": None},
        {"sid": None},
        {"sub": "no id"},
        {"sid": "no id"},
    ],
    ids=str,
)
def test_claims_that_are_missing_or_wrong_are_none(changed: dict[str, object]) -> None:
    key = derived_key(SECRET, ACCESS_AUDIENCE)
    assert SIGNER.read_access(jwt.encode(claims(), key, "HS256")) is not None
    assert SIGNER.read_access(jwt.encode(claims(**changed), key, "HS256")) is None


@pytest.mark.parametrize("generation", ["0", None, 1.5, [1]], ids=str)
def test_a_generation_is_a_number(generation: object) -> None:
    key = derived_key(SECRET, REFRESH_AUDIENCE)
    token = jwt.encode(claims(aud=REFRESH_AUDIENCE, gen=generation), key, "HS256")
    assert SIGNER.read_refresh(token) is None


def test_no_other_algorithm_is_taken() -> None:
    key = derived_key(SECRET, ACCESS_AUDIENCE)
    assert SIGNER.read_access(jwt.encode(claims(), "", "none")) is None
    assert SIGNER.read_access(jwt.encode(claims(), key * 2, "HS512")) is None


def test_keys_are_for_one_purpose() -> None:
    assert len({derived_key(SECRET, purpose) for purpose in (ACCESS_AUDIENCE, REFRESH_AUDIENCE, "login-failure")}) == 3


@given(st.emails())
def test_an_address_has_one_spelling(email: str) -> None:
    once = normalised_email(email)
    assert normalised_email(once) == once
    assert normalised_email(email.upper()) == normalised_email(email.lower())
