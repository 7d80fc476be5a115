"""Passkeys (WebAuthn): what a browser is asked for, and whether what it answers holds.

A passkey is discoverable, so that nobody has to say who they are first, and its authenticator
verifies its user by a PIN or by what they are. What the library does not take is refused alike,
whatever is wrong with it: no such passkey, another account's, another challenge, origin or domain,
a counter that goes back.
"""

from collections.abc import Callable
from typing import Final, Protocol

from sqlalchemy import Engine
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.audit_log import record_refusal
from accounts.memberships import Account, find_account
from accounts.passkeys import (
    NewPasskey,
    PasskeyNotFoundError,
    UsedPasskey,
    add_passkey,
    list_passkeys,
    use_passkey,
)
from common.db.audit import Action, Author
from common.db.passkeys import MAX_CREDENTIAL_ID_BYTES, Passkey
from common.instants import now
from share_api.auth import passkey_answers as answers
from share_api.auth.credentials import Verified
from share_api.auth.devices import remember_device
from share_api.auth.passkey_answers import WrongPasskeyError
from share_api.auth.passkey_challenges import CHALLENGE_SECONDS, Ceremony, PasskeyChallenges
from share_api.auth.relying_party import RelyingParty
from share_api.rate_limits import LoginRateLimit

SERVICE_NAME: Final = "Sales reports"
_ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_HANDLE_BYTES: Final = 8
"""Of an account's id, which an authenticator keeps beside the passkey."""
_LARGEST_ID: Final = 2**31 - 1


class AskedToAdd(Protocol):
    """Who is asked to add a passkey: an account, in a session of its admin's."""

    @property
    def account(self) -> Account:
        """As it was when the request came in."""
        ...

    @property
    def session_id(self) -> str:
        """What the challenge was given to."""
        ...


class Passkeys:
    """Adds passkeys, and verifies log-ins by them."""

    def __init__(
        self,
        engine: Engine,
        challenges: PasskeyChallenges,
        party: RelyingParty,
        rate_limit: LoginRateLimit,
    ) -> None:
        self.party = party
        self._engine = engine
        self._challenges = challenges
        self._rate_limit = rate_limit

    def ask_to_add(self, asked: AskedToAdd) -> str:
        """What the browser needs to make a passkey of the account, as JSON of WebAuthn's.

        Raises:
            WrongPasskeyError: there can be none at this service's address.
        """
        if not self.party.id:
            raise WrongPasskeyError
        known = [
            PublicKeyCredentialDescriptor(
                id=each.credential_id, transports=list(map(AuthenticatorTransport, each.transports))
            )
            for each in list_passkeys(self._engine, asked.account.admin_id)
        ]
        options = generate_registration_options(
            rp_id=self.party.id,
            rp_name=SERVICE_NAME,
            user_id=asked.account.admin_id.to_bytes(_HANDLE_BYTES),
            user_name=asked.account.email,
            challenge=self._challenges.issue(Ceremony.ADD, asked.session_id),
            timeout=CHALLENGE_SECONDS * 1000,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=known,
            supported_pub_key_algs=_ALGORITHMS,
        )
        return options_to_json(options)

    def add(
        self, asked: AskedToAdd, credential: str, name: str, author: Author, *, host: str
    ) -> None:
        """Add what the browser made, under a name; ``host`` is what it asked for.

        Raises:
            GenerationOverError: the admin's sessions were ended meanwhile.
            WrongPasskeyError: it is not what the session was asked for.
            PasskeyError: the account can have no more, or it is a passkey already.
        """
        challenge = self._challenges.take(Ceremony.ADD, asked.session_id)
        if challenge is None:
            raise WrongPasskeyError
        new = answers.read(lambda: self._made(credential, name, challenge, host))
        add_passkey(self._engine, asked.account, new, author, at=now())

    def _made(self, credential: str, name: str, challenge: bytes, host: str) -> NewPasskey:
        shown = answers.made(credential)
        made = verify_registration_response(
            credential=shown,
            expected_challenge=challenge,
            expected_rp_id=self.party.id,
            expected_origin=self.party.origins(host),
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
        if len(made.credential_id) > MAX_CREDENTIAL_ID_BYTES:
            raise WrongPasskeyError
        transports = tuple(each.value for each in shown.response.transports or ())
        return NewPasskey(
            made.credential_id, made.credential_public_key, made.sign_count, transports, name
        )

    def ask_to_log_in(self, holder: str, *, address: str) -> str:
        """What the browser needs to show a passkey, as JSON; ``holder`` is its cookie.

        Every attempt needs a challenge, and each that is given out is counted.

        Raises:
            TooManyLoginsError: the address has to wait.
            WrongPasskeyError: there are none at this service's address.
        """
        if not self.party.id:
            raise WrongPasskeyError
        self._rate_limit.check_address(address)
        options = generate_authentication_options(
            rp_id=self.party.id,
            challenge=self._challenges.issue(Ceremony.LOG_IN, holder),
            timeout=CHALLENGE_SECONDS * 1000,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def log_in(self, holder: str | None, credential: str, *, host: str, address: str) -> Verified:
        """The admin whose passkey it is; ``host`` is what the browser asked for.

        Raises:
            WrongPasskeyError: it is none, or not shown as it has to be.
        """
        challenge = self._challenges.take(Ceremony.LOG_IN, holder) if holder else None
        if challenge is None:
            raise WrongPasskeyError
        shown = answers.read(lambda: answers.shown(credential))
        handle = shown.response.user_handle or b""
        if len(handle) != _HANDLE_BYTES or int.from_bytes(handle) > _LARGEST_ID:
            raise WrongPasskeyError

        def counted(passkey: Passkey) -> int:
            verified = answers.read(
                lambda: verify_authentication_response(
                    credential=shown,
                    expected_challenge=challenge,
                    expected_rp_id=self.party.id,
                    expected_origin=self.party.origins(host),
                    credential_public_key=passkey.public_key,
                    credential_current_sign_count=passkey.sign_count,
                    require_user_verification=True,
                )
            )
            return verified.new_sign_count

        used = self._use(int.from_bytes(handle), shown.raw_id, counted, address)
        device = remember_device(used.admin_id, used.password_hash, now=now())
        return Verified(used.admin_id, used.generation, device, Action.PASSKEY_LOGIN)

    def _use(
        self, admin_id: int, credential_id: bytes, verify: Callable[[Passkey], int], address: str
    ) -> UsedPasskey:
        """What was used; that the account's own passkey was refused is written down."""
        try:
            return use_passkey(self._engine, admin_id, credential_id, verify, at=now())
        except PasskeyNotFoundError:
            raise WrongPasskeyError from None
        except WrongPasskeyError:
            account = find_account(self._engine, admin_id)
            if account is not None:
                author = Author(account.email, admin_id, address or None)
                record_refusal(self._engine, Action.LOGIN_FAILED, author, at=now())
            raise
