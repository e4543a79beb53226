"""The extractor without a model: rules alone propose the claims."""

from extractor import rules
from extractor.pipeline import Proposal, Question, stages_sha256
from extractor.schema import Article, Identity, Piece, PieceState, Sentence, Span


class RulesExtractor:
    """Proposes what `extractor.rules` finds; instant, deterministic, and free."""

    def __init__(self) -> None:
        self.identity = Identity(model="rules", prompt_sha256=rules.data_sha256(), stages_sha256=stages_sha256())

    async def propose(self, article: Article, sentences: tuple[Sentence, ...]) -> Proposal:
        """Find the claims of one article; the whole body is one piece."""
        drafts = rules.find(article, sentences)
        if not sentences:
            return Proposal(drafts=drafts, pieces=())
        piece = Piece(
            index=0,
            span=Span(start_char=sentences[0].span.start_char, end_char=sentences[-1].span.end_char),
            state=PieceState.CLAIMS if drafts else PieceState.EMPTY,
            n_drafts=len(drafts),
        )
        return Proposal(drafts=drafts, pieces=(piece,))

    def questions(self, article: Article, sentences: tuple[Sentence, ...]) -> tuple[Question, ...]:
        """Return one that costs nothing: rules ask nobody."""
        return (Question(),) if sentences else ()
