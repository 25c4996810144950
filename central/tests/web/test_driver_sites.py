"""What a charge point's site changes for who stands there: guests, the nearest free one, the time of day."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from central.tests.site import Site
from central.tests.web.visits import Post


def on_a_site(site: Site, *posts: Post, guests: bool) -> None:
    site_id = f"s{uuid4().hex[:8]}"
    told = {"name": "North Yard", "time_zone": "Asia/Kathmandu", "guests": guests}
    site.says("site_request", "operator", site_id=site_id, action="add", **told)
    for post in posts:
        site.says("operator_request", "operator", cp_id=post.cp_id, action="site", site_id=site_id)
    with site.client() as client:
        for post in posts:
            path = f"/v1/charge-points/{post.cp_id}"
            site.wait_for(lambda path=path: client.get(path).json()["site"] is not None, "on the site")


def test_a_guest_charges_without_a_name_where_the_site_allows_it(shared_site: Site, phone: Page) -> None:
    post = Post.at(shared_site)
    phone.goto(post.url)
    expect(phone.get_by_role("button", name="Charge as a guest")).to_have_count(0)
    form: dict[str, str | float | bool] = {"message_id": "m", "token": "t"}
    answer = phone.request.post(f"{post.url}/guest", form=form, headers={"Origin": shared_site.api_url})
    assert answer.status == 403
    on_a_site(shared_site, post, guests=True)
    phone.goto(post.url)
    phone.get_by_role("button", name="Charge as a guest").tap()
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    expect(phone.get_by_text("Getting ready")).to_be_visible()
    phone.goto(f"{shared_site.api_url}/me")
    expect(phone.get_by_role("heading", level=1)).to_have_text("My charges")


def test_a_broken_one_names_a_free_one_of_its_site(shared_site: Site, phone: Page) -> None:
    broken, free = Post.at(shared_site, "Left"), Post.at(shared_site, "Right")
    on_a_site(shared_site, broken, free, guests=False)
    broken.fails()
    shared_site.wait_for(lambda: broken.status == "FAULTY", "broken")
    phone.goto(broken.url)
    phone.get_by_role("link", name=re.compile("Free nearby: Right")).tap()
    phone.wait_for_url(f"**/p/{free.cp_id}")
    free.fails()
    expect(phone.get_by_text("Nothing is free at North Yard right now.")).to_be_visible()
