import pytest

from reports.raster import page_count, render_page
from reports.visit_report import visit_report
from tests.reports.documents import STAMP, VISIT


@pytest.mark.parametrize(("scale", "width", "height"), [(1.0, 596, 842), (2.0, 1191, 1684)])
def test_a_page_comes_as_pixels_for_the_screen(scale: float, width: int, height: int) -> None:
    pdf = visit_report(VISIT, STAMP)
    assert page_count(pdf) == 1
    picture = render_page(pdf, 0, scale)
    assert (picture.width, picture.height) == (width, height)
    assert len(picture.pixels) == 4 * width * height
    assert picture.pixels[:3] == b"\xff\xff\xff"
    assert min(picture.pixels) == 0
